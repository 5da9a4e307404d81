"""Client licences: packs, what is issued from them to devices and users, and by which rules."""
