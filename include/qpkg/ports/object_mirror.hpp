// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/content_store.hpp"

namespace qpkg {

/// An archive repository on disk that is filled from another one. Errors as ContentStore.
class ObjectMirror {
public:
    virtual ~ObjectMirror() = default;

    /// Complete, with everything it names.
    virtual bool has_commit(const CommitId& commit) const = 0;
    /// Brings what is missing, as it is served; each object is inflated and checked against its name. Durable on
    /// return, the commit last. What an interrupted pull brought is used by the next.
    virtual ImportReport pull(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                              Progress& progress) = 0;
    /// Points a ref at a commit that is there; durable.
    virtual void set_ref(const std::string& ref, const CommitId& commit) = 0;
};

} // namespace qpkg
