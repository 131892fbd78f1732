"""Pages: what is to be done for customers, and many actions at once."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_login import current_user

from app.dunning import listing, many, panel, saying, todo, words
from app.dunning.blueprint import bp, here
from app.dunning.todo import Tab
from app.tasks.jobs import commit
from app.users.sessions import current_company
from app.web import navigation
from app.web.access import Permission, requires
from app.web.pages import page
from app.web.targets import local, onward

bp.add_app_template_global(listing.tabs, "todo_tabs")
bp.add_app_template_global(panel.of_document, "sending_panel")
bp.add_app_template_global(saying.ICONS, "channel_icons")
bp.add_app_template_global(saying.LOOKS, "action_looks")
bp.add_app_template_filter(words.in_words, "action_reason")
navigation.COUNTS["dunning.index"] = lambda: todo.count(current_user, current_company())


@bp.get("/actions")
@requires(Permission.EDIT)
def index():
    """What is to be sent or said to customers, by whom and why; all actions, planned and past."""
    company = here()
    shown = listing.list_page(current_user, company, request.args)
    return page("dunning/index.html", here=company, may=many.may(current_user, company), **shown)


@bp.get("/actions/next")
@requires(Permission.EDIT)
def start():
    """The first one of a list, or the list where nothing waits."""
    tab = Tab.REMINDERS if request.args.get("tab") == Tab.REMINDERS else Tab.BILLING
    first = next(iter(todo.places(current_user, here(), tab)), None)
    where = url_for(".show", action_id=first) if first else url_for(".index", tab=tab.value)
    return redirect(where, 303)


@bp.post("/actions")
@requires(Permission.EDIT)
def do_many():
    """Send, skip or take over the selected ones, each on its own."""
    result = many.do(current_user, here(), request.form)
    commit()
    for text, kind in many.told(result):
        flash(text, kind)
    return onward(local(request.form.get("next"), url_for(".index")))
