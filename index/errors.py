"""All errors that are safe to show to a user; any other exception is a bug.

OnrecordError
├── ReadError            a source can't be read as an article
│   └── GoneError        a web address no longer exists
├── CollectionError      an index can't be opened or written
│   └── LostVectorsError its vectors are gone or unreadable, and can be made again
├── QuestionError        a question can't be asked
│   ├── RequestError     a request to the API has the wrong form
│   └── QuotaError       a visitor has asked too much
├── SettingsError        a setting is unknown, out of bounds, or needs a part that isn't installed
├── ModelError           a chat model can't be reached, or breaks off
├── EvaluationError      a file of questions, or an older score, can't be used
└── DocumentError        a saved answer can't be checked again
"""


class OnrecordError(Exception):
    """A user's mistake, or a state that the user can fix.

    Its message is one line: what was given, what was expected, and what to do.
    """


class ReadError(OnrecordError):
    """A source can't be read as an article."""


class GoneError(ReadError):
    """A web address no longer exists: the server answers 404 or 410."""


class CollectionError(OnrecordError):
    """An index can't be opened or written."""


class LostVectorsError(CollectionError):
    """Vectors are gone, or can't be read from the disk; they can be made again from the catalog."""


class NoRemarksError(CollectionError):
    """Who said what isn't known, because articles are added without a parser."""


class QuestionError(OnrecordError):
    """A question can't be asked."""


class RequestError(QuestionError):
    """A request to the API has the wrong form. `status` is the HTTP status of the reply."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


class QuotaError(QuestionError):
    """A visitor has asked too much. The next question is accepted in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"You have asked as much as is allowed for now. Ask again in {seconds} seconds.")
        self.seconds = seconds


class SettingsError(OnrecordError):
    """A setting is unknown or out of bounds, or needs a part that isn't installed."""


class ModelError(OnrecordError):
    """A chat model can't be reached, takes too long, or breaks off."""


class EvaluationError(OnrecordError):
    """A file of questions, or an older score, can't be used."""


class DocumentError(OnrecordError):
    """A saved answer can't be checked again."""
