"""From bytes to Markdown, a module a kind of file. Runs in the child process only: it alone imports the libraries."""
