// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/bundle_inspect.hpp"

#include "app/import/bundle_file.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <map>

namespace qpkg::app {

BundleContents inspect_bundle(const std::filesystem::path& file, Progress& progress)
{
    const auto bundle = BundleFile::open(file);
    return with_context(text::escaped(file.string()), [&] {
        const auto fingerprints = bundle.fingerprints();
        BundleContents contents{fingerprints.back(), fingerprints.size(), 0, {}, {}};
        const auto& sections = bundle.sections();
        contents.length = sections.back().offset + sections.back().length;
        std::map<bundle::SectionType, SectionCount> counts;
        progress.begin("check", "bundle", contents.length);
        for (std::size_t i = 0; i < sections.size(); ++i) {
            interrupt::throw_if_requested();
            const auto& section = sections[i];
            bundle.check(i);
            progress.advance(section.length);
            if (section.type == bundle::SectionType::manifest) {
                contents.releases.push_back(parse_manifest(bundle.read(i)));
            }
            auto& count = counts[section.type];
            ++count.sections;
            count.bytes += section.length;
        }
        progress.end("sound");
        for (const auto& [type, count] : counts) {
            contents.counts.push_back({type, count.sections, count.bytes});
        }
        return contents;
    });
}

} // namespace qpkg::app
