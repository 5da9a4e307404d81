"""The X.509 profile that a license server's local CA and the clearinghouse's issuing CA share."""
