"""What came along with messages: photos, files, voices. Knows where a file is, not how it is fetched."""
