"""Learning a site's template from several of its articles.

Every page is read by the general rules. A selector is believed where it gives on page after page what those rules give,
also on pages that it was not made from; what repeats in different articles and is none of them is removed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from archive.model import Article
from crawler.learn.bodies import learn_container, learn_removal
from crawler.learn.fields import DATES, learn_field, learn_label
from crawler.learn.pictures import learn_captions, learn_images
from crawler.learn.samples import TEXT_FIELDS, LearnPage, Sample, samples_of
from crawler.learn.trials import ENOUGH, Choice
from crawler.parsers.text import loose
from crawler.site import Site, Template

__all__ = ["LearnPage", "LearnedTemplate", "learn_template"]
FEWEST = 3
# A paragraph may read a little otherwise, a whole one may not be lost.
_HELD = 0.9
_LABELLED = ("updated", "published", "source", "byline")


@dataclass(frozen=True, slots=True)
class LearnedTemplate:
    """A template, for each of its fields how far it can be trusted, and a word on fields that are unsure or left out.

    `confidence` is the share of pages on which what was learned without them gives what the general rules give.
    """

    template: Template
    confidence: Mapping[str, float]
    notes: Mapping[str, str]


def learn_template(pages: Sequence[LearnPage], *, site: Site | None = None) -> LearnedTemplate:
    """Return what several articles of one site (3 to 12) have in common; `site` says how it writes dates.

    A field without a stable selector that agrees on most pages is left out: the general rules read it.
    """
    samples = samples_of(pages, site)
    learning = _Learning(samples)
    if len(samples) < FEWEST:
        few = f"{len(samples)} articles with text are too few; give {FEWEST} or more"
        return LearnedTemplate(Template(), {}, {"body": few})
    for name in TEXT_FIELDS:
        learning.learn_text(name)
    learning.learn_body()
    learning.learn_pictures()
    learning.check()
    return LearnedTemplate(learning.template, learning.confidence, learning.notes)


@dataclass(slots=True)
class _Learning:
    """What is learned so far."""

    samples: Sequence[Sample]
    rules: dict[str, Any] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def template(self) -> Template:
        """The template as learned so far."""
        return Template.model_validate(self.rules)

    def keep(self, name: str, choice: Choice | None) -> bool:
        """Take a choice that is trusted enough; return whether it was."""
        if choice is None:
            if name in ("title", "body"):
                self.notes[name] = "left out: no name finds it on most pages"
            return False
        if choice.confidence < ENOUGH or choice.misleads:
            agrees = f"agrees on {choice.confidence:.0%} of {choice.pages} pages"
            misleads = f"gives something else on {choice.wrong} of {choice.pages} pages"
            self.notes[name] = f"left out: {choice.selector} {misleads if choice.misleads else agrees}"
            return False
        self.rules[name], self.confidence[name] = choice.selector, choice.confidence
        return True

    def learn_text(self, name: str) -> None:
        """Learn a field that is a short text."""
        if self.keep(name, learn_field(name, self.samples)) or name not in _LABELLED:
            return
        label = learn_label(name, self.samples)
        if label and label[1] >= ENOUGH:
            self.rules[name], self.confidence[name] = {"label": label[0]}, label[1]
            self.notes.pop(name, None)

    def learn_body(self) -> None:
        """Learn the container, and what is removed from it, be it nothing.

        Where names do not tell all that is removed, that is left to the classifier.
        """
        if not self.keep("body", learn_container(self.samples)):
            return
        removed, clean = learn_removal(self.template, self.samples)
        if clean >= ENOUGH:
            self.rules["remove"], self.confidence["remove"] = list(removed), clean
        else:
            self.notes["remove"] = f"left to the classifier: names tell the text from the rest on {clean:.0%} of pages"

    def learn_pictures(self) -> None:
        """Learn where images and captions stand."""
        for name, learn in (("images", learn_images), ("caption", learn_captions)):
            self.keep(name, learn(self.samples))

    def check(self) -> None:
        """Read all pages with the template, and take back what reads worse than the general rules do."""
        articles = self._read()
        for name, part, same in _CHECKS:
            if _agreement(same, self.samples, articles) >= ENOUGH:
                continue
            if name == "body" and self.rules.pop("remove", None) is not None:
                self.notes["remove"] = (
                    f"left to the classifier: {self.confidence.pop('remove'):.0%} sure, and text is lost"
                )
                articles = self._read()
                if _agreement(same, self.samples, articles) >= ENOUGH:
                    continue
            if name in ("images", "caption") and self._without_pictures():
                articles = self._read()
                if _agreement(same, self.samples, articles) >= ENOUGH:
                    continue
            self._take_back(name, part)
            articles = self._read()

    def _read(self) -> list[Article]:
        template = self.template
        return [sample.read(template) for sample in self.samples]

    def _without_pictures(self) -> bool:
        """Take pictures and captions out of the template; return whether there were any."""
        named = [name for name in ("images", "caption") if self.rules.pop(name, None)]
        for name in named:
            self.confidence.pop(name, None)
            self.notes[name] = "left out: the general rules find more"
        return bool(named)

    def _take_back(self, name: str, part: str) -> None:
        """Leave a field out; where the template does not name it, the whole page must be looked at for it."""
        if self.rules.pop(name, None):
            self.confidence.pop(name, None)
            self.notes[name] = "left out: it reads otherwise than the general rules"
        elif name != "breadcrumb" and {"title", "body", "remove"} <= self.rules.keys():
            del self.rules["title"]
            self.confidence.pop("title", None)
            self.notes["title"] = f"left out, so that whole pages are read: {part} stands outside of title and text"


Same = Callable[[Sample, Article], bool]


def _agreement(same: Same, samples: Sequence[Sample], articles: Sequence[Article]) -> float:
    return fmean(same(sample, article) for sample, article in zip(samples, articles, strict=True))


def _same_value(name: str) -> Same:
    def same(sample: Sample, article: Article) -> bool:
        # What only a label names is no loss where it was not learned.
        known = name == "title" or getattr(sample.article, name)
        wanted, found = sample.values[name] if known else None, getattr(article, name)
        if name in DATES:
            return wanted is None or (found is not None and found.day == wanted.day)
        if isinstance(wanted, tuple):
            return not wanted or list(map(loose, wanted)) == list(map(loose, found))
        return not wanted or loose(found) == loose(wanted)

    return same


def _same_text(sample: Sample, article: Article) -> bool:
    wanted, found = {block.loose for block in sample.kept}, loose(article.body)
    held = sum(len(text) for text in wanted if text in found)
    return held >= _HELD * sum(map(len, wanted))


def _same_images(sample: Sample, article: Article) -> bool:
    return {image.url for image in sample.article.images} == {image.url for image in article.images}


def _same_captions(sample: Sample, article: Article) -> bool:
    return [(item.url, item.caption) for item in sample.article.images] == [
        (item.url, item.caption) for item in article.images
    ]


_CHECKS: tuple[tuple[str, str, Same], ...] = (
    ("body", "the text", _same_text),
    ("images", "the images", _same_images),
    ("caption", "the captions", _same_captions),
    *((name, name, _same_value(name)) for name in TEXT_FIELDS),
)
