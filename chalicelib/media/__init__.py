"""What customers attach: copied into the stage's bucket, told by its bytes, shown for minutes."""
