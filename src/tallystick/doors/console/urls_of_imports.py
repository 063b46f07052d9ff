"""The addresses of what comes in: files, mappings, unknown names, quarantine, orders of the shop."""

from __future__ import annotations

from django.urls import URLPattern, path

from tallystick.doors.console.views.imports import (
    columns_page,
    listed,
    mappings,
    names,
    naming,
    one,
    orders,
    trying,
    upload,
)
from tallystick.doors.console.views.quarantine import acts, receipt
from tallystick.doors.console.views.quarantine import listed as quarantine

IMPORTS: list[URLPattern] = [
    path("<slug:brand>/imports", listed.imports, name="imports"),
    path("<slug:brand>/imports/new", upload.new, name="import_new"),
    path("<slug:brand>/imports/begin", upload.begin_upload, name="import_begin"),
    path("<slug:brand>/imports/<str:file>", one.imported, name="import"),
    path("<slug:brand>/imports/<str:file>/pieces", upload.piece, name="import_piece"),
    path("<slug:brand>/imports/<str:file>/columns", columns_page.columns, name="import_columns"),
    path("<slug:brand>/imports/<str:file>/text", columns_page.text, name="import_text"),
    path("<slug:brand>/imports/<str:file>/try", trying.try_import, name="import_try"),
    path("<slug:brand>/imports/<str:file>/try/whole", trying.try_whole, name="import_try_whole"),
    path("<slug:brand>/imports/<str:file>/try/progress", trying.try_progress, name="import_try_progress"),
    path("<slug:brand>/imports/<str:file>/start", trying.start, name="import_start"),
    path("<slug:brand>/imports/<str:file>/progress", one.progress, name="import_progress"),
    path("<slug:brand>/imports/<str:file>/stop", one.stop, name="import_stop"),
    path("<slug:brand>/imports/<str:file>/resume", one.resume, name="import_resume"),
    path("<slug:brand>/imports/<str:file>/discard", one.discard, name="import_discard"),
    path("<slug:brand>/imports/<str:file>/export", one.export, name="import_export"),
    path("<slug:brand>/mappings", mappings.mappings, name="mappings"),
    path("<slug:brand>/mappings/<str:mapping>", mappings.mapping, name="mapping"),
    path("<slug:brand>/mappings/<str:mapping>/change", mappings.change_mapping, name="mapping_change"),
    path("<slug:brand>/mappings/<str:mapping>/replay", mappings.replay_mapping, name="mapping_replay"),
    path("<slug:brand>/names", names.names, name="names"),
    path("<slug:brand>/names/choose", naming.name, name="name"),
    path("<slug:brand>/names/all", naming.name_all, name="name_all"),
    path("<slug:brand>/names/<str:choice>/undo", names.undo, name="name_undo"),
    path("<slug:brand>/orders", orders.orders, name="orders"),
    path("<slug:brand>/quarantine", quarantine.quarantine, name="quarantine"),
    path("<slug:brand>/quarantine/replay", acts.replay_some, name="quarantine_replay"),
    path("<slug:brand>/quarantine/dismiss", acts.dismiss, name="quarantine_dismiss"),
    path("<slug:brand>/quarantine/take-back", acts.take_back, name="quarantine_take_back"),
    path("<slug:brand>/quarantine/<str:receipt>", receipt.receipt, name="quarantined"),
    path("<slug:brand>/quarantine/<str:receipt>/correct", receipt.correct_row, name="quarantine_correct"),
    path("<slug:brand>/quarantine/<str:receipt>/same", receipt.correct_same, name="quarantine_same"),
]
