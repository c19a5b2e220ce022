"""Makes the environments of all peers: `python -m bench.peers`."""

import sys

from bench.peers import PEERS, InstallError, environment

failed = False
for distribution in dict.fromkeys(peer.distribution for peer in PEERS):
    try:
        environment(distribution)
    except InstallError as error:
        print(error, file=sys.stderr)
        failed = True
sys.exit(failed)
