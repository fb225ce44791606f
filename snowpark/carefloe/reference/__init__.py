"""What the rules compare with, fixed at deploy: a change is a redeploy and a silver replay."""
