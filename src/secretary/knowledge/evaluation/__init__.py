"""How well the secretary finds its answers: question sets, their metrics and reports. It does not search by itself."""
