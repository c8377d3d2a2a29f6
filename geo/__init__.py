"""Where, for how long, in whose hands and how surely a route runs through conflict."""
