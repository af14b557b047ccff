"""Searches for a sign-in server's addresses as the engine publishes them."""

from tocsin.domain.finding import Addresses, FindAddresses, FindFault, Finding, FindStep

SERVER = "https://login.example.net"
HERE = Addresses(SERVER, f"{SERVER}/oauth2/token", f"{SERVER}/oauth2/authorize", f"{SERVER}/oauth2/device")


def with_addresses(asked: FindAddresses, found: Addresses = HERE) -> Finding:
    """The server named them."""
    return Finding(asked.number, FindStep.FOUND, asked.address, found)


def without(asked: FindAddresses, fault: FindFault = FindFault.NOTHING) -> Finding:
    """The server did not, or not as it should."""
    return Finding(asked.number, FindStep.FAILED, asked.address, fault=fault, issuer="https://other.example.org")
