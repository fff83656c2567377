"""Faces, hands and poses by MediaPipe's own tasks."""
