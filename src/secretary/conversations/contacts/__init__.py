"""Who the customers are: one contact over all channels, by what is proven, merged and parted by a person."""
