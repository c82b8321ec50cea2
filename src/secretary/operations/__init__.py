"""Operations: how the installation is doing: overview numbers, jobs, status, what changes. Answers nobody."""
