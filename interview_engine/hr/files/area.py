"""What the employee file hands over."""

from __future__ import annotations

from interview_engine.hr.area import Area, Job, MessageTemplate, PersonColumn, Subject, in_transaction
from interview_engine.hr.files.contract_list import CONTRACTS
from interview_engine.hr.files.contracts import owners
from interview_engine.hr.files.reminders import remind
from interview_engine.hr.files.tables import Contract
from interview_engine.i18n import msg

AREA = Area(
    name="files",
    tables=(Contract,),
    blobs=(Contract.document_sha256,),
    blob_owners=owners,
    persons=(
        PersonColumn(
            Contract.person_id, "kept", "the law asks the employer to keep a contract for two years beyond its end"
        ),
    ),
    messages={
        "contract.ending": MessageTemplate(
            msg("A contract ends on {title}"),
            msg("A contract ends on {title}. Decide in the console whether it is renewed."),
            line=msg("A contract ends on {title}: decide whether it is renewed."),
            card="todo",
        ),
        "contract.undecided": MessageTemplate(
            msg("Nobody has decided: a contract ends on {title}"),
            msg("Two weeks ago you were told that a contract ends on {title}. Nobody has decided yet."),
            line=msg("Nobody has decided about the contract that ends on {title}."),
            card="todo",
        ),
    },
    subjects=(Subject("contract", told=True),),
    lists=(CONTRACTS,),
    jobs=(Job("contracts that end", 3600.0, in_transaction(remind), by_date=True),),
)
