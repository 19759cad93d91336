// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/fields.hpp"

#include "qpkg/model/first_start.hpp"

namespace qpkg {

/// `first_start` of a manifest; nothing where the member is absent. Error corrupt.
FirstStart parse_first_start(canonical::Fields& manifest);

/// Error usage for what no app may ask for.
canonical::Object encode_first_start(const FirstStart& first);

} // namespace qpkg
