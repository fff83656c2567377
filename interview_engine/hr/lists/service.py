"""The door of lists for other areas: the fields of forms that companies make themselves."""

from interview_engine.hr.lists.custom import NewField, add_form_field, as_form_field, fields_of_forms
from interview_engine.hr.lists.tables import CustomField, CustomValue, RowTag

__all__ = ["CustomField", "CustomValue", "NewField", "RowTag", "add_form_field", "as_form_field", "fields_of_forms"]
