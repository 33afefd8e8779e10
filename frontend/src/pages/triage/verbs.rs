//! The five things that can be done with a new issue.

use super::Queue;
use crate::api;
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusMark;
use crate::components::picker::Choice;
use crate::components::why::GuardedButton;
use crate::components::{IconName, SmallIcon};
use crate::model::change::Field;
use crate::model::refusal::Refusal;
use crate::pages::issue::{Finder, IssueState, right_to, tell_merged};
use crate::state::{Draft, drafts, offer_back, on_command, toasts};
use domain::comment::NewComment;
use domain::issue::{Issue, IssuePatch, Resolution};
use domain::policy::Action;
use domain::search::SimilarIssue;
use domain::workflow::{Category, Status};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where a decision leads.
#[derive(Clone)]
struct Decision {
    words: &'static str,
    status: Option<String>,
    resolution: Option<Resolution>,
    comment: Option<String>,
}

/// The first status of these categories that the workflow allows from here. Tracked.
fn reach(state: IssueState, wanted: &[Category]) -> Option<Status> {
    let workflow = state.catalogue.workflow.value.get().flatten()?;
    let from = state.shown.with(|issue| issue.status.slug.clone());
    let next = workflow.next(&from);
    let found = wanted
        .iter()
        .find_map(|category| next.iter().find(|status| status.category == *category));
    found.map(|status| (*status).clone())
}

/// Accept, decline, duplicate, later, ask.
#[component]
pub fn Verbs(
    /// The issue of which this is a duplicate.
    chosen: RwSignal<Option<String>>,
    /// The issues that resemble it.
    likes: Memo<Vec<SimilarIssue>>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let queue = expect_context::<Queue>();
    let toasts = toasts();
    let draft = question_name(&state.key());
    // A question that was begun is there again after a reload, and after it could not be sent.
    let asking = RwSignal::new(drafts::kept(&draft).is_some());
    let draft = StoredValue::new(draft);
    let by_hand = RwSignal::new(false);
    let finding = RwSignal::new(false);
    let hint = RwSignal::new(None::<String>);
    let say_why = move |refused: Memo<Option<Refusal>>| match refused.get_untracked() {
        Some(refusal) => {
            hint.set(Some(refusal.sentence));
            false
        }
        None => true,
    };
    let accepted = Memo::new(move |_| reach(state, &[Category::Backlog, Category::Active]));
    let ended = Memo::new(move |_| reach(state, &[Category::Done]));
    let may_move = move |target: Option<Status>| {
        let right = right_to(state, Field::Status).err();
        let no_step = || Refusal::plain("The workflow has no such step from here.");
        right.or_else(|| target.is_none().then(no_step))
    };
    let no_accept = Memo::new(move |_| may_move(accepted.get()));
    let no_end = Memo::new(move |_| may_move(ended.get()));
    let no_ask = Memo::new(move |_| state.rights.may(Action::Comment).err());
    let decide = move |decision: Decision| {
        let before = state.base.get_untracked();
        queue.decided(&before.value.key);
        spawn_local(carry_out(before, decision, queue, toasts));
    };
    let accept = move || {
        if say_why(no_accept) {
            decide(Decision {
                words: "accepted",
                status: accepted.get_untracked().map(|status| status.slug),
                resolution: None,
                comment: None,
            });
        }
    };
    let end = move |words, resolution| {
        if say_why(no_end) {
            decide(Decision {
                words,
                status: ended.get_untracked().map(|status| status.slug),
                resolution: Some(resolution),
                comment: None,
            });
        }
    };
    let decline = move || end("declined", Resolution::WontFix);
    let no_merge = Memo::new(move |_| state.rights.may(Action::MergeIssues).err());
    let merge_into = move |of: String| {
        let key = state.key();
        queue.decided(&key);
        spawn_local(async move {
            match api::merges::merge(&key, &of).await {
                Ok(_) => {
                    let again = key.clone();
                    tell_merged(toasts, key, &of, move || queue.back(&again));
                }
                Err(error) => {
                    queue.back(&key);
                    toasts.failed(&format!("{key} is as it was."), &error);
                }
            }
        });
    };
    let duplicate = move || {
        if say_why(no_merge) {
            match chosen.get_untracked() {
                Some(of) => merge_into(of),
                None => finding.set(true),
            }
        }
    };
    let later = move || queue.later(&state.key());
    let later_words = move || match queue.is_aside(&state.key()) {
        true => "Back in line",
        false => "Later",
    };
    let ask = move || {
        if say_why(no_ask) {
            by_hand.set(true);
            asking.set(true);
        }
    };
    on_command("triage_accept", accept);
    on_command("triage_decline", decline);
    on_command("triage_duplicate", duplicate);
    on_command("triage_later", later);
    on_command("triage_ask", ask);
    let send = Callback::new(move |text: String| {
        let waiting = untrack(|| reach(state, &[Category::Waiting]));
        let may = untrack(|| right_to(state, Field::Status)).is_ok();
        decide(Decision {
            words: "asked about",
            status: waiting.filter(|_| may).map(|status| status.slug),
            resolution: None,
            comment: Some(text),
        });
    });
    let none = Signal::derive(|| None::<Refusal>);
    view! {
        <div class="flex flex-wrap gap-2 border-t border-base-300 pt-5" role="toolbar" aria-label="Decide">
            <GuardedButton refused=no_accept class="btn btn-primary" on_click=Callback::new(move |()| accept())>
                <kbd class="kbd" aria-hidden="true">"1"</kbd>
                "Accept"
            </GuardedButton>
            <GuardedButton refused=no_end class="btn btn-line" on_click=Callback::new(move |()| decline())>
                <kbd class="kbd" aria-hidden="true">"2"</kbd>
                "Decline"
            </GuardedButton>
            <GuardedButton refused=no_merge class="btn btn-line" on_click=Callback::new(move |()| duplicate())>
                <kbd class="kbd" aria-hidden="true">"3"</kbd>
                "Duplicate"
            </GuardedButton>
            <GuardedButton refused=none class="btn btn-line" on_click=Callback::new(move |()| later())>
                <kbd class="kbd" aria-hidden="true">"4"</kbd>
                {later_words}
            </GuardedButton>
            <GuardedButton refused=no_ask class="btn btn-line" on_click=Callback::new(move |()| ask())>
                <kbd class="kbd" aria-hidden="true">"5"</kbd>
                "Ask"
            </GuardedButton>
        </div>
        <p class="text-sm text-ink-2" role="status">{move || hint.get()}</p>
        <Show when=move || finding.get()>
            <Original finding likes on_pick=Callback::new(merge_into) />
        </Show>
        <Show when=move || asking.get()>
            <Question asking by_hand=by_hand.get_untracked() name=draft.get_value() send />
        </Show>
    }
}

/// Under which name a question is kept until it has arrived.
fn question_name(key: &str) -> String {
    format!("triage:{key}:question")
}

/// Finds the issue that this one repeats: those that resemble it first, any other by key or words.
#[component]
fn Original(
    finding: RwSignal<bool>,
    likes: Memo<Vec<SimilarIssue>>,
    on_pick: Callback<String>,
) -> impl IntoView {
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            finding.set(false);
        }
    };
    let pick = Callback::new(move |key: String| {
        finding.set(false);
        on_pick.run(key);
    });
    let first = Signal::derive(move || likes.get().into_iter().map(choice).collect::<Vec<_>>());
    view! {
        <div class="ii-pop flex max-w-lg flex-col gap-1 p-1.5" on:keydown=keys>
            <p class="px-2 pt-1 text-xs text-ink-2">"Which issue does it repeat?"</p>
            <Finder id="duplicate-of" label="Key or words of the issue that it repeats" project=None first on_pick=pick />
        </div>
    }
}

fn choice(like: SimilarIssue) -> Choice {
    let words = format!("{} {}", like.key, like.title);
    Choice::shown(like.key.clone(), words, move || {
        view! {
            <StatusMark look=StatusLook::plain(like.status.category) name=like.status.name.clone() />
            <span class="ii-key shrink-0">{like.key.clone()}</span>
            <span class="truncate">{like.title.clone()}</span>
        }
    })
}

/// What to ask; the answer comes as a comment.
#[component]
fn Question(
    asking: RwSignal<bool>,
    /// Whether the reader asked for it, and wants to write now.
    by_hand: bool,
    /// Under which name it is kept.
    name: String,
    send: Callback<String>,
) -> impl IntoView {
    let draft = Draft::open(&name, "");
    let text = draft.text;
    let field = NodeRef::<html::Textarea>::new();
    field.on_load(move |field| {
        if by_hand {
            request_animation_frame(move || {
                let _ = field.focus();
            });
        }
    });
    let submit = move || {
        let words = text.get_untracked().trim().to_owned();
        if !words.is_empty() {
            asking.set(false);
            send.run(words);
        }
    };
    let messages = toasts();
    let cancel = move |_| {
        let typed = text.get_untracked();
        draft.clear();
        asking.set(false);
        if !typed.trim().is_empty() {
            offer_back(
                messages,
                "Your question is thrown away.",
                vec![(name.clone(), typed)],
                move || {
                    let _ = asking.try_set(false);
                },
                move || {
                    let _ = asking.try_set(true);
                },
            );
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Escape" => asking.set(false),
        "Enter" if event.ctrl_key() || event.meta_key() => submit(),
        _ => {}
    };
    view! {
        <form
            class="flex flex-col gap-2"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <label class="flex flex-col gap-1 text-xs text-ink-2">
                "Question to the reporter"
                <textarea node_ref=field class="textarea w-full text-sm" rows="3" bind:value=text on:keydown=keys></textarea>
            </label>
            <div class="flex gap-2">
                <button type="submit" class="btn btn-sm btn-line">
                    <SmallIcon name=IconName::MessageSquare />
                    "Ask"
                </button>
                <button type="button" class="btn btn-sm btn-ghost" on:click=cancel>"Cancel"</button>
            </div>
        </form>
    }
}

/// Tells the server; a refusal brings the issue back into the queue.
async fn carry_out(
    before: api::Tagged<Issue>,
    decision: Decision,
    queue: Queue,
    toasts: crate::state::Toasts,
) {
    let key = before.value.key.clone();
    if let Some(body) = decision.comment.clone() {
        let comment = NewComment {
            body,
            ..NewComment::default()
        };
        if let Err(error) = api::comments::create(&key, &comment).await {
            queue.back(&key);
            toasts.failed(
                &format!("{key} is as it was. Your question is kept."),
                &error,
            );
            return;
        }
        // It has arrived: should the next step fail, it is not asked twice.
        drafts::forget(&question_name(&key));
    }
    let Some(status) = decision.status else {
        toasts.done(format!("{key} {}.", decision.words));
        return;
    };
    let patch = IssuePatch {
        status: Some(status),
        resolution: decision.resolution,
        ..IssuePatch::default()
    };
    match api::issues::update(&key, before.etag, &patch).await {
        Ok(now) => {
            let was = before.value.status.slug;
            toasts.undo(format!("{key} {}.", decision.words), move || {
                let (key, was, etag) = (key.clone(), was.clone(), now.etag.clone());
                spawn_local(async move {
                    let patch = IssuePatch {
                        status: Some(was),
                        ..IssuePatch::default()
                    };
                    match api::issues::update(&key, etag, &patch).await {
                        Ok(_) => queue.back(&key),
                        Err(error) => {
                            toasts.failed(&format!("{key} was not changed back."), &error)
                        }
                    }
                });
            });
        }
        Err(error) => {
            queue.back(&key);
            let said = match decision.comment {
                Some(_) => format!("{key} was asked about, but not moved."),
                None => format!("{key} is as it was."),
            };
            toasts.failed(&said, &error);
        }
    }
}
