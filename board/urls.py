"""Addresses of the board that stay."""

from django.urls import path, re_path

from board.views import acts, answers, drafts, files, lists, search, topic, writing

app_name = "board"
urlpatterns = [
    path("", lists.index, name="index"),
    path("c/<slug:slug>/", lists.category, name="category"),
    path("c/<slug:slug>/read/", lists.category_read, name="category_read"),
    path("search/", search.search, name="search"),
    path("ours/", lists.ours, name="ours"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/save/", drafts.draft_save, name="draft_save"),
    path("drafts/<int:pk>/print/", drafts.draft_print, name="draft_print"),
    path("drafts/<int:pk>/delete/", drafts.draft_delete, name="draft_delete"),
    path("topics/new/", writing.topic_new, name="topic_new"),
    path("topics/<int:pk>/", topic.topic, name="topic"),
    path("topics/<int:pk>/edit/", writing.topic_edit, name="topic_edit"),
    path("topics/<int:pk>/unread/", topic.topic_unread, name="topic_unread"),
    path("topics/<int:pk>/print/", topic.topic_print, name="topic_print"),
    path("topics/<int:pk>/text/", topic.topic_text, name="topic_text"),
    path("topics/<int:pk>/history/", topic.topic_history, name="topic_history"),
    path("topics/<int:pk>/reply/", writing.reply, name="reply"),
    path("topics/<int:pk>/replies/<int:seq>/edit/", writing.reply_edit, name="reply_edit"),
    path("topics/<int:pk>/replies/<int:seq>/history/", topic.reply_history, name="reply_history"),
    path("topics/<int:pk>/answer/", answers.topic_answer, name="topic_answer"),
    path("topics/<int:pk>/acknowledge/", answers.topic_acknowledge, name="topic_acknowledge"),
    path("topics/<int:pk>/roster/", answers.topic_roster, name="topic_roster"),
    re_path(
        r"^topics/(?P<pk>[0-9]{1,18})/roster\.(?P<extension>xlsx|csv)$",
        answers.roster_file,
        name="roster_file",
    ),
    path("topics/<int:pk>/answers.zip", answers.answer_files, name="answer_files"),
    path("topics/<int:pk>/ask-again/", answers.topic_ask_again, name="topic_ask_again"),
    path("topics/<int:pk>/reach/", answers.topic_reach, name="topic_reach"),
    path("topics/<int:pk>/consult/", answers.topic_consult, name="topic_consult"),
    path("topics/<int:pk>/match/", answers.topic_match, name="topic_match"),
    path("topics/<int:pk>/match/agree/", answers.match_agree, name="match_agree"),
    path("topics/<int:pk>/match/take-back/", answers.match_take_back, name="match_take_back"),
    path("topics/<int:pk>/report/", answers.topic_report, name="topic_report"),
    path("topics/<int:pk>/close/", acts.topic_close, name="topic_close"),
    path("topics/<int:pk>/extend/", acts.topic_extend, name="topic_extend"),
    path("topics/<int:pk>/withdraw/", acts.topic_withdraw, name="topic_withdraw"),
    path("topics/<int:pk>/lock/", acts.topic_lock, name="topic_lock"),
    path("topics/<int:pk>/copy/", acts.topic_copy, name="topic_copy"),
    path("topics/<int:pk>/watch/", acts.topic_watch, name="topic_watch"),
    path("topics/<int:pk>/todo/", acts.topic_todo, name="topic_todo"),
    path("topics/<int:pk>/files.zip", files.files_zip, name="files_zip"),
    path("files/<uuid:pk>/", files.file, name="file"),
    path("files/<uuid:pk>/small/", files.thumbnail, name="thumbnail"),
]
