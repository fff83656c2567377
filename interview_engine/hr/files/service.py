"""The door of the employee file: what other areas may ask of contracts and entries."""

from __future__ import annotations

from interview_engine.hr.files.bank_lists import BANK_FORMS as BANK_FORMS
from interview_engine.hr.files.bank_lists import BankPayee as BankPayee
from interview_engine.hr.files.bank_lists import Cell as Cell
from interview_engine.hr.files.bank_lists import LeftOut as LeftOut
from interview_engine.hr.files.bank_lists import Made as Made
from interview_engine.hr.files.bank_lists import bank_file as bank_file
from interview_engine.hr.files.contract_ends import last_days as last_days
from interview_engine.hr.files.contract_sheet import KIND_WORDS as KIND_WORDS
from interview_engine.hr.files.contract_signing import conclude as conclude
from interview_engine.hr.files.contract_signing import start_signing as start_signing
from interview_engine.hr.files.contract_signing import stop_signing as stop_signing
from interview_engine.hr.files.contracts import PART as PART
from interview_engine.hr.files.contracts import get_for as get_for
from interview_engine.hr.files.entries import birthdays as birthdays
from interview_engine.hr.files.entries import births as births
from interview_engine.hr.files.entries import forget_sections as forget_sections
from interview_engine.hr.files.entries import held_by as held_by
from interview_engine.hr.files.entries import opened_of as opened_of
from interview_engine.hr.files.entries import put as put
from interview_engine.hr.files.photos import shown_of as shown_of
from interview_engine.hr.files.sections import BY_NAME as BY_NAME
from interview_engine.hr.files.sections import DOCUMENTS as DOCUMENTS
from interview_engine.hr.files.sections import Section as Section
from interview_engine.hr.files.sections import account_number as account_number
from interview_engine.hr.files.tables import Contract as Contract
