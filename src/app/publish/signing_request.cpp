// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/signing_request.hpp"

#include "app/publish/role_changes.hpp"
#include "repo-format/repo/fields.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/sequence.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;
using canonical::Array;
using canonical::Fields;
using canonical::Object;

constexpr std::string_view type = "qpkg-signing-request";
constexpr std::string_view index_file = "request.json";
constexpr std::string_view signature_ending = ".sig";
constexpr std::string_view evidence_directory = "evidence";
constexpr std::string_view served_directory = "served";
constexpr std::size_t largest_index = 64 * 1024;
constexpr std::size_t most_files = 16;
constexpr std::size_t signature_line = 129; ///< 128 hex digits and the end of the line

fs::path signature_path(const fs::path& directory, const ToSign& file, const Digest& key)
{
    return directory / (file.file() + "." + key.hex() + std::string(signature_ending));
}

Object encode(const ToSign& file)
{
    Array keys;
    for (const auto& id : file.key_ids) {
        keys.emplace_back(id.hex());
    }
    return {{"keyids", std::move(keys)},
            {"role", file.role},
            {"sha256", sha256(file.payload).hex()},
            {"threshold", file.threshold},
            {"version", file.version}};
}

bool is_role(const std::string& name) { return name == "root" || name == "targets" || tuf::is_publisher_name(name); }

struct Listed {
    ToSign file;
    Digest sha256;
};

Listed take_file(Fields fields)
{
    ToSign file{.role = fields.text("role"),
                .version = fields.number("version"),
                .payload = {},
                .key_ids = {},
                .threshold = fields.number("threshold")};
    if (!is_role(file.role)) {
        fields.fail("role", "\"" + text::escaped(file.role, 80) + "\" is no role that is signed elsewhere");
    }
    for (const auto& element : fields.array("keyids")) {
        const auto* hex = element.get_if<std::string>();
        const auto id = hex == nullptr ? std::nullopt : Digest::from_hex(*hex);
        if (!id) {
            fields.fail("keyids", "expected key ids");
        }
        file.key_ids.push_back(*id);
    }
    return {std::move(file), fields.digest("sha256")};
}

std::vector<Listed> parse_index(std::string_view bytes)
{
    Fields fields(canonical::parse(bytes, largest_index), "");
    if (fields.text("_type") != type) {
        fields.fail("_type", "expected " + std::string(type));
    }
    std::vector<Listed> files;
    for (auto& entry : fields.array("files")) {
        files.push_back(take_file({std::move(entry), "files[" + std::to_string(files.size()) + "]"}));
        const auto& role = files.back().file.role;
        const auto same = [&](const Listed& other) { return other.file.role == role; };
        if (files.size() > most_files || std::ranges::count_if(files, same) > 1) {
            fields.fail("files", "more than 16, or one role twice");
        }
    }
    return files;
}

std::uint64_t version_of(const std::string& role, std::string_view payload)
{
    return role == "root" ? tuf::parse_root(payload).header.version : tuf::parse_targets(payload).header.version;
}

/// The payload must be what its name says, so that a review cannot be about something else.
void check_payload(const ToSign& file)
{
    const auto version = version_of(file.role, file.payload);
    if (version != file.version) {
        throw Error(Code::corrupt, "is version " + std::to_string(version));
    }
}

std::string served_file(const ToSign& file) { return file.role + ".json"; }

/// What is published now, if a key of this ring signed it: the machine that asks may say anything.
std::optional<std::string> signed_before(const ToSign& file, const KeyRing& ring)
{
    if (file.served.empty()) {
        return std::nullopt;
    }
    try {
        const auto found = envelope::scan(file.served);
        for (const auto& signature : found.signatures) {
            const auto key = ring.find(signature.key_id);
            if (key && key->verifies(signature.bytes, found.payload) &&
                version_of(file.role, found.payload) < file.version) {
                return std::string(found.payload);
            }
        }
    } catch (const Error&) {
        // Not what it should be: then there is nothing to compare with, and all is shown.
    }
    return std::nullopt;
}

std::string compared_with(const ToSign& file, const std::optional<std::string>& before)
{
    if (!before) {
        return "  nothing to compare it with that is known to be signed: all of it is shown";
    }
    const auto version = version_of(file.role, *before);
    return "  compared with version " + std::to_string(version) + ", which is signed" +
           (version + 1 == file.version || version == file.version ? "" : "; NOT the version before this one");
}

} // namespace

std::string encode_signing_request(const std::vector<ToSign>& files)
{
    Array listed;
    for (const auto& file : files) {
        listed.emplace_back(encode(file));
    }
    return canonical::encode(Object{{"_type", std::string(type)}, {"files", std::move(listed)}});
}

void require_empty(const fs::path& directory)
{
    if (fs::exists(directory) && !(fs::is_directory(directory) && fs::is_empty(directory))) {
        throw Error(Code::conflict, "prepare signatures in " + directory.string() + ": it is not empty");
    }
}

void write_signing_request(const fs::path& directory, const std::vector<ToSign>& files,
                           const std::vector<std::string>& evidence)
{
    require_empty(directory);
    files::make_directories(directory);
    std::string words;
    for (const auto& file : files) {
        files::write(directory / file.file(), file.payload);
        const auto before =
            file.served.empty() ? std::nullopt : std::optional(std::string(envelope::scan(file.served).payload));
        words += text::join(review(file, before), "\n") + "\n\n";
        if (!file.served.empty()) {
            files::make_directories(directory / served_directory);
            files::write(directory / served_directory / served_file(file), file.served);
        }
    }
    for (const auto& bytes : evidence) {
        files::make_directories(directory / evidence_directory);
        files::write(directory / evidence_directory / sha256(bytes).hex(), bytes);
    }
    files::write(directory / "review.txt", words);
    // Last: a directory with an index is whole.
    files::write(directory / index_file, encode_signing_request(files));
}

std::vector<ToSign> parse_signing_request(std::string_view bytes)
{
    std::vector<ToSign> files;
    for (auto& listed : parse_index(bytes)) {
        files.push_back(std::move(listed.file));
    }
    return files;
}

std::vector<ToSign> complete_signing_request(std::string_view bytes,
                                             const std::function<std::string(const std::string& file)>& payload)
{
    std::vector<ToSign> found;
    for (auto& [file, digest] : parse_index(bytes)) {
        with_context(file.file(), [&] {
            file.payload = payload(file.file());
            if (sha256(file.payload) != digest) {
                throw Error(Code::corrupt, "is not the file that request.json names");
            }
            check_payload(file);
        });
        found.push_back(std::move(file));
    }
    return found;
}

std::vector<ToSign> read_signing_request(const fs::path& directory)
{
    return with_context(directory.string(), [&] {
        const auto index =
            with_context(std::string(index_file), [&] { return files::read(directory / index_file, largest_index); });
        auto found = complete_signing_request(
            index, [&](const std::string& file) { return files::read(directory / file, tuf::largest_publisher); });
        for (auto& file : found) {
            const auto path = directory / served_directory / served_file(file);
            file.served = files::read_if_exists(path, tuf::largest_publisher).value_or("");
        }
        return found;
    });
}

Evidence read_evidence(const fs::path& directory)
{
    Evidence evidence;
    if (fs::is_directory(directory / evidence_directory)) {
        for (const auto& entry : fs::directory_iterator(directory / evidence_directory)) {
            auto bytes = files::read(entry.path(), largest_manifest);
            evidence.emplace(sha256(bytes), std::move(bytes));
            if (evidence.size() > most_evidence) {
                throw Error(Code::no_space, directory.string() + ": too many pieces of evidence");
            }
        }
    }
    return evidence;
}

std::vector<std::string> review(const ToSign& file, const std::optional<std::string>& before)
{
    return with_context(file.file(), [&] {
        require_known_members(file.payload);
        if (file.role != "root") {
            const auto served = before ? std::optional(tuf::parse_targets(*before)) : std::nullopt;
            tuf::require_plausible_sequences(served ? &*served : nullptr, tuf::parse_targets(file.payload));
        }
        std::vector<std::string> lines{file.file() + ", sha256 " + sha256(file.payload).hex(),
                                       compared_with(file, before)};
        std::ranges::move(change_lines(before, file.payload), std::back_inserter(lines));
        return lines;
    });
}

void write_signature(const fs::path& directory, const ToSign& file, const envelope::Signature& signature)
{
    files::write(signature_path(directory, file, signature.key_id), to_hex(signature.bytes) + "\n");
}

std::vector<envelope::Signature> read_signatures(const fs::path& directory, const ToSign& file)
{
    std::vector<envelope::Signature> found;
    for (const auto& id : file.key_ids) {
        const auto path = signature_path(directory, file, id);
        const auto line = files::read_if_exists(path, signature_line);
        if (!line) {
            continue;
        }
        const auto bytes = envelope::parse_signature(std::string_view(*line).substr(0, signature_line - 1));
        if (!bytes) {
            throw Error(Code::corrupt, path.string() + ": is no signature, which has 128 hex digits");
        }
        found.push_back({id, *bytes});
    }
    return found;
}

namespace {

Error not_asked_for(const SignRequest& request)
{
    return Error(Code::untrusted,
                 "sign " + request.tbs.string() + ": none of the keys in " + request.keys.string() + " is asked for",
                 "review.txt names the keys of each role");
}

} // namespace

std::vector<MadeSignature> sign_request(const SignRequest& request,
                                        const std::function<bool(const std::vector<std::string>& review)>& agreed)
{
    KeyRing ring(request.keys, request.passphrase, request.agent);
    const auto wanted = read_signing_request(request.tbs);
    std::vector<MadeSignature> made;
    files::make_directories(request.out);
    for (const auto& file : wanted) {
        if (!ring.holds_any(file.key_ids)) {
            continue;
        }
        if (!agreed(review(file, signed_before(file, ring)))) {
            throw Error(Code::conflict, "sign " + file.file() + ": not agreed");
        }
        for (const trust::Signer& signer : ring.all_of(file.key_ids)) {
            const auto id = signer.public_key().id();
            write_signature(request.out, file, {id, signer.sign(file.payload)});
            made.push_back({file.file(), id});
        }
    }
    if (made.empty()) {
        throw not_asked_for(request);
    }
    return made;
}

std::vector<std::string> review_request(const SignRequest& request)
{
    const KeyRing ring(request.keys, std::nullopt, request.agent);
    std::vector<std::string> lines;
    for (const auto& file : read_signing_request(request.tbs)) {
        if (ring.holds_any(file.key_ids)) {
            std::ranges::move(review(file, signed_before(file, ring)), std::back_inserter(lines));
        }
    }
    if (lines.empty()) {
        throw not_asked_for(request);
    }
    return lines;
}

} // namespace qpkg::app
