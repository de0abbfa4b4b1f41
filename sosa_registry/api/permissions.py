"""Who may call an operation of the API: the permission table, asked once for each request.

A view says what its methods need with `needs = {"POST": Action.PROPOSE}`; what it does not name
needs `READ` for the safe methods and `WRITE` for the others.
"""

from rest_framework.permissions import SAFE_METHODS, BasePermission

from sosa_registry.accounts.roles import Action, may


def action_needed(view, method: str) -> Action:
    """What a method of a view needs."""
    usual = Action.READ if method in SAFE_METHODS else Action.WRITE
    return getattr(view, "needs", {}).get(method, usual)


class ByRole(BasePermission):
    """Refuses what no role of the caller allows, by the action's own words."""

    def has_permission(self, request, view):
        """Ask the table; the refusal says what the account would have to be allowed."""
        action = action_needed(view, request.method)
        self.message = f"Your account may not {action.label}."
        return may(request.user, action)
