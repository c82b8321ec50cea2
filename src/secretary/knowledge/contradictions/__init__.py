"""Documents that say different things of the same: found in the background, told to the owner."""
