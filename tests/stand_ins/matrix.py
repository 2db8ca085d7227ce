"""A stand-in for a Matrix homeserver towards one of its users: that for Synapse, where everybody is the key's own user."""

from common import serve
from synapse import Synapse

if __name__ == "__main__":
    serve(Synapse(everybody_is="mia"))
