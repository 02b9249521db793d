"""From a provider's request to a message on a profile and a ticket; what fails is kept."""
