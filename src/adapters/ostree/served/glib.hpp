// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/error.hpp"

#include <gio/gio.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

/// GLib's conventions as ours: owning handles, and one call that turns a GError into an Error.
namespace qpkg::glib {

struct Unref {
    void operator()(gpointer object) const noexcept { g_object_unref(object); }
};

/// Owns one reference of a GObject.
template <class Object>
using Owned = std::unique_ptr<Object, Unref>;

/// Calls `function(&error)`, a GLib function that returns whether it succeeded.
template <class Function>
void checked(std::string_view action, Function&& function)
{
    GError* raw = nullptr;
    if (function(&raw)) {
        return;
    }
    const std::unique_ptr<GError, decltype(&g_error_free)> error(raw, &g_error_free);
    if (error && g_str_has_suffix(error->message, g_strerror(EFBIG)) != 0) { // GLib has no code of its own for it
        throw system_error(action, EFBIG);
    }
    const bool full = error && g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_NO_SPACE) != 0;
    throw Error(full ? Code::no_space : Code::failed,
                std::string(action) + ": " + (error ? error->message : "no reason given"));
}

} // namespace qpkg::glib
