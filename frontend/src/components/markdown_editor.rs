//! A field for Markdown with a preview.

use super::drop_zone::{FileButton, files_of};
use super::markdown_view::MarkdownView;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use web_sys::File;

/// A Markdown field. Tabs change between writing and preview; where `beside`, a wide window shows
/// both. Ctrl+Enter calls `on_submit`.
#[component]
pub fn MarkdownEditor(
    /// Id of the text field; unique on the page.
    id: &'static str,
    /// Name of the field.
    label: &'static str,
    /// What is typed.
    text: RwSignal<String>,
    /// Shown while nothing is typed.
    #[prop(default = "Write in Markdown.")]
    placeholder: &'static str,
    /// Preview beside the text on wide screens.
    #[prop(default = false)]
    beside: bool,
    /// Takes the focus when it appears.
    #[prop(default = false)]
    autofocus: bool,
    /// Dressed as an internal note.
    #[prop(optional, into)]
    internal: Signal<bool>,
    /// What is wrong with the text.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Called on Ctrl+Enter.
    #[prop(optional)]
    on_submit: Option<Callback<()>>,
    /// Takes files that are chosen or pasted.
    #[prop(optional)]
    on_files: Option<UnsyncCallback<Vec<File>>>,
    /// At the right of the tabs.
    #[prop(optional, into)]
    side: ViewFnOnce,
    /// Below the text, at the right.
    #[prop(optional, into)]
    actions: ViewFnOnce,
) -> impl IntoView {
    let preview = RwSignal::new(false);
    let field = NodeRef::<html::Textarea>::new();
    if autofocus {
        field.on_load(|field| {
            request_animation_frame(move || {
                let _ = field.focus();
                let end = field.value().encode_utf16().count();
                let end = u32::try_from(end).unwrap_or(0);
                let _ = field.set_selection_range(end, end);
            });
        });
    }
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter"
            && (event.ctrl_key() || event.meta_key())
            && let Some(submit) = on_submit
        {
            event.prevent_default();
            submit.run(());
        }
    };
    let paste = move |event: web_sys::ClipboardEvent| {
        let Some(take) = on_files else { return };
        let files = files_of(event.clipboard_data().and_then(|data| data.files()));
        if !files.is_empty() {
            event.prevent_default();
            event.stop_propagation();
            take.run(files);
        }
    };
    let note = format!("{id}-note");
    let panel = format!("{id}-panel");
    let sides = if beside { "ii-sides two" } else { "ii-sides" };
    let wide = if beside { "md:hidden" } else { "" };
    let text_class = move || match (preview.get(), beside) {
        (true, true) => "max-md:hidden",
        (true, false) => "hidden",
        (false, _) => "",
    };
    let shows_preview = move || preview.get() || beside;
    let preview_class = if beside {
        "ii-preview"
    } else {
        "ii-preview border-0"
    };
    let hidden_narrow = move || beside && !preview.get();
    view! {
        <div class="ii-editor" class:internal=move || internal.get()>
            <div class="flex min-h-9 items-center gap-1 border-b border-base-300 px-2 py-1">
                <div role="group" aria-label=format!("{label}: write or preview") class=format!("flex {wide}")>
                    <ModeButton label="Write" pressed=Signal::derive(move || !preview.get()) on_press=move || preview.set(false) />
                    <ModeButton label="Preview" pressed=preview on_press=move || preview.set(true) />
                </div>
                {beside.then(|| view! { <span class="hidden px-2 text-xs text-ink-3 md:inline">"Markdown, preview beside"</span> })}
                <span class="ml-auto flex items-center gap-2">{side.run()}</span>
            </div>
            <div class=sides>
                <textarea
                    node_ref=field
                    id=id
                    class=text_class
                    aria-label=label
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby=note.clone()
                    placeholder=placeholder
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                    on:keydown=keys
                    on:paste=paste
                ></textarea>
                <Show when=shows_preview>
                    <div class=preview_class class:max-md:hidden=hidden_narrow id=panel.clone()>
                        <Show
                            when=move || text.with(|text| !text.trim().is_empty())
                            fallback=|| view! { <p class="text-sm text-ink-3">"Nothing to preview yet."</p> }
                        >
                            <MarkdownView source=text />
                        </Show>
                    </div>
                </Show>
            </div>
            <div class="flex flex-wrap items-center gap-2 px-2 pb-2">
                {on_files.map(|on_files| view! { <FileButton on_files /> })}
                <p id=note class="text-xs text-error empty:hidden">{move || error.get()}</p>
                <span class="ml-auto flex items-center gap-2">{actions.run()}</span>
            </div>
        </div>
    }
}

#[component]
fn ModeButton(
    label: &'static str,
    #[prop(into)] pressed: Signal<bool>,
    on_press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-xs h-7"
            class:font-semibold=move || pressed.get()
            class:text-base-content=move || pressed.get()
            aria-pressed=move || if pressed.get() { "true" } else { "false" }
            on:click=move |_| on_press()
        >
            {label}
        </button>
    }
}
