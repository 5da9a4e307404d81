"""The clearinghouse's two internet faces: the website for people, the API for license servers."""
