"""What every view is made from: the dataset, the selection, the settings and the reader's language."""

from dataclasses import dataclass, field

from charging.dataset.store import Dataset
from charging.domain.filters import Filters
from charging.domain.vocabulary import Kind
from charging.settings import Settings
from charging.views.elements.report_recorder import ReportRecorder
from charging.views.elements.texts import Texts
from charging.views.session.caching import Answers


@dataclass(frozen=True, slots=True)
class ViewContext:
    """One run of the page for one reader."""

    answers: Answers
    selection: Filters
    settings: Settings
    say: Texts
    other: Answers | None = None  # a second dataset, which the analysis compares with the first
    recorder: ReportRecorder = field(default_factory=ReportRecorder, compare=False)

    @property
    def dataset(self) -> Dataset:
        """The loaded dataset."""
        return self.answers.dataset

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """The loaded dataset, and the other one."""
        return tuple(answers.dataset for answers in (self.answers, self.other) if answers)

    @property
    def footer(self) -> str:
        """The line under every tooltip and legend of data that is not real; of two datasets it says which."""
        simulated = [dataset.folder.name for dataset in self.datasets if dataset.kind is Kind.SIMULATED]
        if not simulated:
            return ""
        if not self.other:
            return self.say("kind.simulated")
        return self.say("kind.simulated.of", names=", ".join(simulated))
