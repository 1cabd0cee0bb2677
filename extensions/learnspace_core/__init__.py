"""What every feature stands on: settings, database, blobs, record, sign-in, rights and the command line."""
