"""`/<brand>/imports/new`: a file is brought: at once by a form, or in pieces that go on where they broke off."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, BinaryIO, Final, cast

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors import wording
from tallystick.doors.entrance import BOTH, WRITING, access_of, brand_page
from tallystick.doors.found import row_at
from tallystick.kit import ids
from tallystick.kit.errors import Foreseen
from tallystick.partners.programs.models import Brand
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.presets.catalog import platforms
from tallystick.tracking.imports.rules.steps import State
from tallystick.tracking.imports.services import files
from tallystick.tracking.imports.services.uploads import OffsetRefused, add_piece, arrive, begin, bring

PIECE_BYTES: Final = 4 << 20
TAIL_BYTES: Final = 4096
"""How much of what is there already a browser compares before it goes on with a file of the same name and size."""


class FileForm(forms.Form):
    """Which file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        help_text=gettext_lazy("CSV, TSV, NDJSON or Parquet, also packed as gz or zip."),
        error_messages={"empty": gettext_lazy("The file is empty: there is nothing to bring.")},
    )


class BeginForm(forms.Form):
    """What a browser says of a file before it sends the first piece. anew: what broke off was another file."""

    name = forms.CharField(max_length=255)
    size = forms.IntegerField(min_value=1, max_value=2**50)
    anew = forms.BooleanField(required=False)


@brand_page("imports.change", methods=BOTH)
def new(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask for a file, and keep it."""
    posted = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if posted else FileForm()
    if posted and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            row = bring(cast("BinaryIO", upload.file), name=upload.name, by=access_of(request).actor)
        except Foreseen as refused:
            form.add_error("file", wording.sentence(refused))
        else:
            return redirect(page_of(brand, row))
    return upload_page(request, brand, form, status=400 if posted else 200)


@brand_page("imports.change", methods=WRITING)
def begin_upload(request: HttpRequest, brand: Brand) -> JsonResponse:
    """Begin an upload in pieces, or say where the same person's upload of the same name and size broke off."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        if request.POST.get("size") == "0":
            return _wrong(_("The file is empty. Choose one that has rows."), status=400)
        return _wrong(_("The name or the size of the file cannot be used."), status=400)
    access, said = access_of(request), form.cleaned_data
    broken_off = Import.objects.filter(
        state=State.UPLOADING.value, name=said["name"], size_bytes=said["size"], by_id=access.person.id
    )
    row = None if said["anew"] else broken_off.order_by("-created_at").first()
    try:
        row = row or begin(name=said["name"], size_bytes=said["size"], by=access.actor)
    except Foreseen as refused:
        return _wrong(wording.sentence(refused), status=400)
    return JsonResponse(
        {
            "stands_at": row.arrived_bytes,
            "tail": b64encode(_tail(row)).decode(),
            "pieces": reverse("console:import_piece", args=[brand.key, ids.show("imp", row.id)]),
            "page": page_of(brand, row),
        }
    )


@brand_page("imports.change", methods=WRITING)
def piece(request: HttpRequest, brand: Brand, file: str) -> JsonResponse:
    """Keep one piece; the last one makes the file whole."""
    row = import_at(file)
    offset = request.GET.get("offset", "")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 18):
        return _wrong(_("“offset” is where in the file the piece begins, in bytes."), status=400)
    content = request.read(PIECE_BYTES + 1)
    if len(content) > PIECE_BYTES:
        said = _("A piece has at most %(most)s bytes.") % {"most": f"{PIECE_BYTES:,}"}
        return _wrong(said, status=400)
    try:
        row = add_piece(row, offset=int(offset), content=content)
        if row.arrived_bytes == row.size_bytes:
            row = arrive(row)
    except OffsetRefused:
        row.refresh_from_db()
        return JsonResponse({"stands_at": row.arrived_bytes}, status=409)
    except Foreseen as refused:
        return _wrong(wording.sentence(refused), status=409)
    return JsonResponse({"stands_at": row.arrived_bytes})


def upload_page(
    request: HttpRequest, brand: Brand, form: FileForm, *, row: Import | None = None, status: int = 200
) -> HttpResponse:
    """The page that asks for a file. row: an upload that broke off, and goes on with the same file."""
    context: dict[str, Any] = {
        "here": "imports",
        "form": form,
        "row": row,
        "id": ids.show("imp", row.id) if row else "",
        "percent": 100 * row.arrived_bytes // row.size_bytes if row and row.size_bytes else 0,
        "piece_bytes": PIECE_BYTES,
        "begin_url": reverse("console:import_begin", args=[brand.key]),
        "new_url": reverse("console:import_new", args=[brand.key]),
        "back_url": reverse("console:imports", args=[brand.key]),
        "platforms": list(platforms()),
        "may_change": access_of(request).may("imports.change"),
    }
    return render(request, "console/imports_new.html", context, status=status)


def import_at(text: str) -> Import:
    """The import of an id in an address. Raises Http404."""
    return row_at(Import.objects.all(), "imp", text)


def page_of(brand: Brand, row: Import) -> str:
    """The address of an import."""
    return reverse("console:import", args=[brand.key, ids.show("imp", row.id)])


def _tail(row: Import) -> bytes:
    """The last bytes that are there."""
    if not row.arrived_bytes:
        return b""
    start = max(row.arrived_bytes - TAIL_BYTES, 0)
    with files.path_of(row).open("rb") as file:
        return files.read_at(file, offset=start, size=row.arrived_bytes - start)


def _wrong(text: str, *, status: int) -> JsonResponse:
    return JsonResponse({"wrong": text}, status=status)
