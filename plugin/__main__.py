"""The program of the plugin: Pulumi runs this folder, and the executable is made of this file."""

import sys

from bird_dynamic.providers.plugin import main

sys.exit(main())
