# SPDX-License-Identifier: LGPL-2.1-or-later
# The qubes that build and publish for this machine: qubesctl state.apply qpkg.build. None of them is dom0, none that builds
# has a key, and the one with the keys has no network.
{% set template = salt['pillar.get']('qpkg:template', 'debian-12-xfce') %}

qpkg-publisher:
  qvm.vm:
    - present:
      - template: {{ template }}
      - label: gray
    - prefs:
      - netvm: none
      - autostart: false

qpkg-build:
  qvm.vm:
    - present:
      - template: {{ template }}
      - label: gray
    - prefs:
      - netvm: none
      - template-for-dispvms: true
    - service:
      - enable:
        - updates-proxy-setup
    - tags:
      - add:
        - qpkg-build
