"""The page: what a browser finds at the server’s address, beside the API."""

from sandbox.page.routes import add_page
