"""The clearinghouse's two internet faces: the website for people, the API for license servers."""

from licensing_site.services import Services
from licensing_site.site import create_site_blueprint

__all__ = ["Services", "create_site_blueprint"]
