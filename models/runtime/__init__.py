"""How networks run: file formats, OpenVINO, torch, devices."""
