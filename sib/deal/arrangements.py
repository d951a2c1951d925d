"""Other ways to pay for the same work: the forms of de-siloed financing, beside the contract itself.

S4 lists seven forms; the second variant of the revolving one, paying by itself and doing nothing complete the list.
All have terms, with defaults that are assumed. Data only.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sib.deal.term import Amount, AtLeastOne, Month, MonthSpan, Number, Share, Term, Text, between

FORMS = (
    "do_nothing",
    "pays_itself",
    "custom_budget",
    "learning",
    "revolving",
    "pre_booked",
    "impact_bond",
    "payment_agreement",
    "central_reimbursement",
    "lump_sum",
)
"""The arrangements, in the order in which they are shown."""

Form = Literal[
    "do_nothing", "pays_itself", "custom_budget", "learning", "revolving", "pre_booked", "impact_bond",
    "payment_agreement", "central_reimbursement", "lump_sum",
]


class CustomBudget(Term):
    """A budget without compartments, filled by laws' budgets and not settled afterwards.

    Parameters
    ----------
    filled_by : dict of str to float, optional
        By law: its share of the cost; equal shares of the outcome payer's own laws where none is given.
    """

    filled_by: dict[str, Share] | None = None


class LearningBudget(Term):
    """A custom budget whose every expense is recorded, so that later cases do better.

    Parameters
    ----------
    gain, pace : float
        As of a segment's ``learning``.
    recording_cost : float
        Euros a case for recording and feeding back what was learnt.
    """

    gain: Annotated[Number, AfterValidator(between(0, 10, what="a gain"))] = 0.10
    pace: Annotated[Number, AfterValidator(between(0.01, 1e6, what="a number of cases"))] = 50.0
    recording_cost: Amount = 150.0


class Revolving(Term):
    """One budget pays first and is paid back, without interest, by the budgets that would have had to pay.

    Parameters
    ----------
    lead : str, optional
        The law that pays first; the outcome payer's first own law where none is given.
    settled_with : list of str, optional
        Laws that pay back, up to what was proven on them: validated, or cashable where the accountant does not count
        the law; the outcome payer's own laws where none is given.
    """

    lead: Text | None = None
    settled_with: tuple[Text, ...] | None = None


class PreBooked(Revolving):
    """As revolving, with the expected saving taken from each budget in advance and settled a year later.

    Parameters
    ----------
    booked_share : float
        Share of the expected validated saving that is booked.
    """

    booked_share: Share = 1.0


class PaymentAgreement(Term):
    """Two or more funders share the cost as agreed in advance.

    Parameters
    ----------
    shares : dict of str to float, optional
        By party; halves of the outcome payer and the first other party with a budget where none is given.
    """

    shares: dict[Text, Share] | None = None


class CentralReimbursement(Term):
    """The State pays a norm amount for each case, whatever it costs and wherever it saves.

    Parameters
    ----------
    norm : float, optional
        Euros a case that gets a plan; the planned cost a case where none is given.
    based_on : int, optional
        Comparable cases on which the norm rests; its error is reported, and changes no trial.
    cv : float
        Coefficient of variation of the cost among those cases.
    """

    norm: Amount | None = None
    based_on: AtLeastOne | None = None
    cv: Annotated[Number, AfterValidator(between(0, 20, what="a coefficient of variation"))] = 0.8


class LumpSum(Term):
    """One contractor does all for a lump sum: it bears volume, and keeps what it saves until the sum is renewed.

    Parameters
    ----------
    laws : list of str, optional
        Budgets whose care the contractor delivers within the sum; the outcome payer's first own law where none is
        given.
    amount : float, optional
        The sum in all, in euros; the planned cost with the margin where none is given.
    margin : float
        Share of the planned cost that the contractor is paid on top for bearing the risk.
    from_month, months : int
        The sum is paid evenly over these months.
    renewal_month : int
        In the fiscal years before the one that holds this month the contractor keeps what is saved; after that it is
        the outcome payer's.
    excused_share : float
        Share of the contractor's shortfall that the outcome payer makes good, as beyond its influence.
    """

    laws: tuple[Text, ...] | None = None
    amount: Amount | None = None
    margin: Annotated[Number, AfterValidator(between(0, 1, what="a margin"))] = 0.05
    from_month: MonthSpan = Field(1, alias="from")
    months: MonthSpan = 36
    renewal_month: Month = 60
    excused_share: Share = 0.0


class Arrangements(Term):
    """How the work might be paid for, and how it is.

    Parameters
    ----------
    actual : str, optional
        The form that was chosen in fact, where the contract of the file is not it.
    bond_only : list of str, optional
        Budget lines that only the contract needs; those paid to the intermediary and the accountant where none is
        given.
    custom_budget, learning, revolving, pre_booked, payment_agreement, central_reimbursement, lump_sum : tables
        The terms of each form.
    """

    actual: Form | None = None
    bond_only: tuple[Text, ...] | None = None
    custom_budget: CustomBudget = CustomBudget()
    learning: LearningBudget = LearningBudget()
    revolving: Revolving = Revolving()
    pre_booked: PreBooked = PreBooked()
    payment_agreement: PaymentAgreement = PaymentAgreement()
    central_reimbursement: CentralReimbursement = CentralReimbursement()
    lump_sum: LumpSum = LumpSum()


__all__ = [
    "FORMS", "Arrangements", "CentralReimbursement", "CustomBudget", "Form", "LearningBudget", "LumpSum",
    "PaymentAgreement", "PreBooked", "Revolving",
]
