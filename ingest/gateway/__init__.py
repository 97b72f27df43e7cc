"""The gateway process: HTTP doors that publish through the hub's intake like everybody else."""
