"""The errors that are safe to show to a user: one line that says what was given, what was wanted, what to do."""


class OnrecordError(Exception):
    """A user's mistake or a state that the user can mend; any other exception is a bug."""


class ReadError(OnrecordError):
    """A source that can't be read as an article."""


class CollectionError(OnrecordError):
    """An index that can't be opened or written."""


class QuestionError(OnrecordError):
    """A question that can't be asked."""


class SettingsError(OnrecordError):
    """A setting that is unknown or out of bounds, or a part that it asks for and that isn't installed."""


class ModelError(OnrecordError):
    """A chat model that can't be reached or breaks off."""


class EvaluationError(OnrecordError):
    """A file of questions, or an older score, that can't be used."""
