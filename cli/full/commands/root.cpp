// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/ceremony.hpp"
#include "app/publish/signing_request.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/full/sign.hpp"
#include "signing/verify.hpp"
#include "signing/words.hpp"

namespace qpkg::cli {
namespace {

struct InitFlags {
    std::filesystem::path out;
    std::vector<std::string> root;
    std::vector<std::string> targets;
    std::vector<std::string> snapshot;
    std::vector<std::string> timestamp;
    std::uint64_t root_threshold = 2;
    std::uint64_t targets_threshold = 2;
};

app::RootKeys keys_of(const std::vector<std::string>& words, std::uint64_t threshold)
{
    app::RootKeys role{.keys = {}, .threshold = threshold};
    for (const auto& word : words) {
        role.keys.push_back(public_key_of(word));
    }
    return role;
}

Document describe(const std::string& out, const tuf::Root& root)
{
    const auto fingerprint = trust::root_fingerprint(root);
    Document document("root-init");
    document.field("out", out, "In");
    document.field("fingerprint", fingerprint, "Root fingerprint");
    return document.field("fingerprint_words", text(trust::fingerprint_words(fingerprint)), "In words");
}

Proposal propose_root(Context& context, const InitFlags& flags)
{
    const auto root =
        app::make_root(keys_of(flags.root, flags.root_threshold), keys_of(flags.targets, flags.targets_threshold),
                       keys_of(flags.snapshot, 1), keys_of(flags.timestamp, 1));
    app::require_empty(flags.out);
    const auto out = flags.out.string();
    const auto write = [&context, root, out, threshold = flags.root_threshold] {
        app::prepare_first_root(context.world().clock, out, root);
        context.show(
            describe(out, root)
                .done("Done: 1.root.json in " + out + " waits for " + std::to_string(threshold) + " signatures.")
                .next("Where each root key is: qpkg root add-sig " + out + " --keys DIR")
                .next("Then: qpkg publish --attach " + out + " --repo DIR --keys DIR"));
    };
    return {[root, out] { return describe(out, root); }, write, Consent::implied};
}

Option key_option(std::string spec, std::vector<std::string>& keys)
{
    return {std::move(spec),
            &keys,
            "a key: its file, or the 64 hex digits of its public half; repeatable",
            {.required = true, .one_word = true}};
}

} // namespace

Command root_init_command(Context& context)
{
    auto flags = std::make_shared<InitFlags>();
    return {"root init",
            Section::publishing,
            {{"--out DIR", &flags->out, "the directory to make", required()},
             key_option("--root-key KEY", flags->root),
             key_option("--targets-key KEY", flags->targets),
             key_option("--snapshot-key KEY", flags->snapshot),
             key_option("--timestamp-key KEY", flags->timestamp),
             {"--root-threshold N", &flags->root_threshold, "signatures that root needs (2)"},
             {"--targets-threshold N", &flags->targets_threshold, "signatures that targets needs (2)"}},
            Writes{[&context, flags] { return propose_root(context, *flags); }}};
}

Command root_add_sig_command(Context& context)
{
    auto flags = std::make_shared<SignFlags>();
    return {"root add-sig", Section::publishing,
            joined({{"DIR", &flags->tbs, "the directory that init or rotate --prepare wrote", required()}},
                   sign_options(*flags)),
            Writes{[&context, flags] { return propose_signing(context, *flags); }}};
}

Command root_rotate_command(Context& context)
{
    auto flags = std::make_shared<RotateFlags>();
    flags->role = "root";
    return {"root rotate", Section::publishing, rotate_options(*flags),
            Writes{[&context, flags] { return propose_rotation(context, *flags); }}};
}

} // namespace qpkg::cli
