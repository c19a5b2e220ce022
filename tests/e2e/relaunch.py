"""The demo site with a relaunch in the middle of its life: source and update date move and lose their labels."""

import re
from dataclasses import replace

from crawler.demo.article import Reply
from crawler.demo.site import DemoSite

_INFO = re.compile(rb'<div class="info"[^>]*>(?P<said>.*?)</div>\n?', re.DOTALL)
_DAY = re.compile(rb"\d{4}-\d\d-\d\d")
_SOURCE = re.compile("(?:Source|来源)\\s*[:：]\\s*(.+?)\\s*(?=Update|更新|$)".encode())
REPAIR = '[template]\nupdated = "div.colophon i"\nsource = "div.colophon b"\n'


class RelaunchedSite(DemoSite):
    """A demo site that answers in its new layout once `relaunched` is set."""

    relaunched = False

    def respond(self, path: str) -> Reply:
        """Answer a path; an article's line of facts stands at the end of the page after the relaunch."""
        reply = super().respond(path)
        info = _INFO.search(reply.body) if self.relaunched else None
        day = _DAY.search(info["said"]) if info else None
        if info is None or day is None:
            return reply
        source = _SOURCE.search(info["said"])
        foot = b'<div class="colophon"><i>%s</i><b>%s</b></div>' % (day[0], source[1] if source else b"")
        body = reply.body.replace(info[0], b"").replace(b"</body>", foot + b"</body>")
        return replace(reply, body=body)
