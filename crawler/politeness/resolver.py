"""The resolver of a crawl's connections: a name that leads to a private address leads nowhere, unless it was named.

The check is on the very addresses that are connected to: no second look-up stands between, so that a server of names
that answers first with a public address and then with a private one gains nothing.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from scrapy.crawler import Crawler
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from crawler.politeness.addresses import is_public

_REMEMBERED_SECONDS, _MOST_REMEMBERED = 300.0, 1000
_named: dict[object, frozenset[str]] = {}
_refused: dict[str, str] = {}


def name_hosts(crawl: object, hosts: frozenset[str]) -> None:
    """Let a crawl, while it is open, connect to these hosts wherever they are."""
    _named[crawl] = hosts


def forget_hosts(crawl: object) -> None:
    """Take back what a crawl that is over was allowed."""
    _named.pop(crawl, None)


def refused_address(host: str) -> str | None:
    """Return the private address for which a host was last refused, None where it was not."""
    return _refused.get(host)


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves as the system does, IPv4 and IPv6, within a time; remembers an answer for some minutes."""

    def __init__(self, reactor: Any, timeout: float) -> None:
        self._reactor, self._timeout = reactor, timeout
        self._behind = reactor.nameResolver
        self._answers: OrderedDict[str, tuple[float, tuple[Any, ...]]] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> "GuardedResolver":
        """Build it; what is handed over is the process, which has settings too."""
        return cls(reactor, crawler.settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        """Make it the reactor's."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 (the interface's)
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Hand on the addresses of a name, none of them where one is private and the name was not named."""
        receiver = _Receiver(self, resolutionReceiver, hostName, portNumber)
        known = self._answers.get(hostName)
        if known is not None and known[0] > time.monotonic():
            receiver.answer(known[1])
            return receiver
        receiver.expire_after(self._reactor, self._timeout)
        self._behind.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
        return receiver

    def remember(self, host: str, addresses: tuple[Any, ...]) -> None:
        """Remember an answer for some minutes."""
        self._answers[host] = (time.monotonic() + _REMEMBERED_SECONDS, addresses)
        if len(self._answers) > _MOST_REMEMBERED:
            self._answers.popitem(last=False)


@implementer(IHostResolution, IResolutionReceiver)
class _Receiver:
    """Gathers the addresses of one name, and hands on all of them or none."""

    def __init__(self, resolver: GuardedResolver, receiver: Any, name: str, port: int) -> None:
        self.name = name
        self._resolver, self._receiver, self._port = resolver, receiver, port
        self._addresses: list[Any] = []
        self._is_over = False
        self._timer: Any = None
        receiver.resolutionBegan(self)

    def expire_after(self, reactor: Any, seconds: float) -> None:
        """Give up after some seconds."""
        self._timer = reactor.callLater(seconds, self._hand_on, ())

    def answer(self, addresses: tuple[Any, ...]) -> None:
        """Check and hand on addresses that are known."""
        self._hand_on(addresses)

    def cancel(self) -> None:
        """Hand on nothing any more."""
        self._is_over = True

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 (the interface's)
        """Nothing: the receiver behind knows already."""

    def addressResolved(self, address: Any) -> None:  # noqa: N802 (the interface's)
        """Keep an address until all are known."""
        self._addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 (the interface's)
        """Check all of them."""
        addresses = tuple(self._addresses)
        if addresses and not self._is_over:
            self._resolver.remember(self.name, addresses)
        self._hand_on(addresses)

    def _hand_on(self, addresses: tuple[Any, ...]) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        private = next((address.host for address in addresses if not is_public(address.host)), None)
        if private is not None and not _is_named(self.name):
            _refused[self.name] = private
        else:
            _refused.pop(self.name, None)
            for address in addresses:
                self._receiver.addressResolved(_with_port(address, self._port))
        self._receiver.resolutionComplete()


def _is_named(host: str) -> bool:
    return any(host.lower() in hosts for hosts in _named.values())


def _with_port(address: IPv4Address | IPv6Address, port: int) -> IPv4Address | IPv6Address:
    return type(address)(address.type, address.host, port)
