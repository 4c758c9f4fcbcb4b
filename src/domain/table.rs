//! Enumerations whose variants stand in a table with two values each.

/// Makes an enumeration, a list of its variants and a method for each of the two columns.
macro_rules! table {
    (
        $(#[$meta:meta])* $name:ident;
        $(#[$first_meta:meta])* $first:ident: $first_type:ty;
        $(#[$second_meta:meta])* $second:ident: $second_type:ty;
        $($(#[$variant_meta:meta])* $variant:ident => $first_value:expr, $second_value:expr;)+
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];

            $(#[$first_meta])*
            #[must_use]
            pub const fn $first(self) -> $first_type {
                match self { $(Self::$variant => $first_value,)+ }
            }

            $(#[$second_meta])*
            #[must_use]
            pub const fn $second(self) -> $second_type {
                match self { $(Self::$variant => $second_value,)+ }
            }
        }
    };
}
pub(crate) use table;
