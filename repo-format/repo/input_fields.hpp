// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/fields.hpp"

#include "qpkg/model/release.hpp"

/// Only for formats that name what a build was made from.
namespace qpkg {

/// Error corrupt for what is malformed or missing.
BuildInputs parse_inputs(canonical::Fields fields);
canonical::Object encode_inputs(const BuildInputs& inputs);

} // namespace qpkg
