"""Facial transformation matrices of heads turned by known angles."""

import numpy as np


def turned(yaw=0.0, pitch=0.0, roll=0.0, scale=1.3):
    """A transformation matrix of a head turned by these angles (degrees) in MediaPipe's face space."""
    yaw, pitch, roll = np.radians([yaw, -pitch, -roll])
    about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    matrix = np.eye(4)
    matrix[:3, :3] = scale * np.array(about_y) @ about_x @ about_z
    return matrix
