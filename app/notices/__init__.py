"""What a person is told of: in the app, and by mail as they chose."""
