//! The four states of something read from the server: on its way, failed, empty (the content's
//! own matter), there.

use super::empty::Failed;
use super::skeleton::AfterAMoment;
use crate::state::Loaded;
use leptos::prelude::*;

/// Shows bars, an error, or the content. The content is built once and gets a signal that
/// follows later answers, so that what is open, focused or typed in it stays.
#[component]
pub fn AsyncView<T, F, V>(
    /// What is read.
    loaded: Loaded<T>,
    /// Its name in an error's title: "The issue".
    what: &'static str,
    /// Read aloud meanwhile: "Loading the issue".
    loading: &'static str,
    /// The bars.
    #[prop(into)]
    skeleton: ViewFn,
    /// The content.
    children: F,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Fn(RwSignal<T>) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let there = Memo::new(move |_| loaded.value.with(Option::is_some));
    let error = Memo::new(move |_| loaded.error.get());
    move || {
        if there.get() {
            let Some(first) = loaded.value.get_untracked() else {
                return ().into_any();
            };
            let current = RwSignal::new(first);
            Effect::watch(
                move || loaded.value.get(),
                move |now, _, _| {
                    if let Some(now) = now {
                        current.set(now.clone());
                    }
                },
                false,
            );
            return children(current).into_any();
        }
        if let Some(error) = error.get() {
            let retry = Callback::new(move |()| {
                loaded.error.set(None);
                loaded.reload();
            });
            return view! { <Failed what error retry /> }.into_any();
        }
        let skeleton = skeleton.clone();
        view! { <AfterAMoment what=loading>{skeleton.run()}</AfterAMoment> }.into_any()
    }
}
