//! One line drawing from lucide.

use super::icon_paths::IconName;
use leptos::prelude::*;

/// How large an icon is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSize {
    /// 14 px, in dense rows and small buttons.
    Small,
    /// 16 px.
    #[default]
    Normal,
    /// 20 px, in the bottom bar.
    Large,
    /// 28 px, in empty states.
    Huge,
}

impl IconSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Small => "ic ic-sm",
            Self::Normal => "ic",
            Self::Large => "ic ic-lg",
            Self::Huge => "ic ic-xl",
        }
    }
}

/// An icon. It is decoration: the words stand beside it or in the control's `aria-label`.
#[component]
pub fn Icon(name: IconName, #[prop(default = IconSize::Normal)] size: IconSize) -> impl IntoView {
    view! { <svg class=size.class() viewBox="0 0 24 24" aria-hidden="true" inner_html=name.paths()></svg> }
}

/// A 14 px icon.
#[component]
pub fn SmallIcon(name: IconName) -> impl IntoView {
    view! { <Icon name size=IconSize::Small /> }
}
