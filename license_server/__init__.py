"""The customer's side: a license server and its Licensing Manager."""
