"""WHO: countries, groupings, organizations, firms, and the sources that speak of them."""
