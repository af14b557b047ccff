"""The pages of the settings window. Nothing of it is imported before the window is first opened."""
